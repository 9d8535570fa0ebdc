"""The pages of the village status and of the course of official namings."""
