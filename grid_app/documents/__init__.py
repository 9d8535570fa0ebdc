"""Documents on paper: templates are filled, checked and typeset here; data go in, bytes come out, nothing is stored."""
