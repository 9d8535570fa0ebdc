"""Pages of call-backs: what this unit has to verify, one sample, and the draws."""
