"""The figures of siting for the page of benchmarks."""
