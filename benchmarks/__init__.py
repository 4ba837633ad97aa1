"""The measurements behind every speed claim: python -m benchmarks.NAME --json."""
