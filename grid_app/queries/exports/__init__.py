"""Questions of exports: what a file is made of, always within a scope."""
