"""What pages, saves and reports cost: `make bench`; docs/BENCHMARKS.md says how it is measured."""
