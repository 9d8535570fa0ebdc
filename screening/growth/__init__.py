"""Growth: which streams (a category at a place) count more in a week than in the six weeks before."""
