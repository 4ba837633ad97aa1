"""What the speed claims are made with: python -m benchmarks.NAME --json."""
