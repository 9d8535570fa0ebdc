"""Projects and sites: the list, one project with its duties and matters, and the project of a dispute."""
