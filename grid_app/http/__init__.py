"""What pages and API share: the guard on every route, the actor of a request, headers and errors."""
