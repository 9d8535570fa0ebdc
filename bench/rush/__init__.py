"""Five hundred leaders open the map at nine: a county of two thousand villages, their accounts, servers, the crowd."""
