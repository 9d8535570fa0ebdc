"""Several units on one matter: whistles, joint handling, competence, areas of responsibility."""
