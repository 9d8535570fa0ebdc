"""Base class, column types, engines and the transaction edge."""
