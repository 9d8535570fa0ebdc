"""grid-app screen: the methods of screening on files, for whoever wants to check them."""
