"""What a simulation left out, what moved nothing, what lies outside its range."""
