"""The forwarding console (转办台): what the staff of the office and of the units work with."""
