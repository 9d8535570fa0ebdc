"""Call-backs of drawn samples by a unit other than the one that handled the matter."""
