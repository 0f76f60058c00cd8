"""The domain: petitions, their lifecycle and their deadlines. Standard library only."""
