"""The commands of `python -m catdog`, one module each.

`add_parser(subparsers)` describes the command; `run(arguments, settings)` carries it out and returns the exit status.
"""
