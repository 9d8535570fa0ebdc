"""Pages of matters that several units handle: whistles, joint handling, competence, areas of responsibility."""
