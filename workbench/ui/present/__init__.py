"""Full-screen presentation of the map."""
