"""The prescriber's room: patients and their facts, drafts, and signed prescriptions until they are used up."""
