"""Parts of the fault injection against phones: the server under it, and the tabs, phones and bad line in Node."""
