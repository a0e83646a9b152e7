"""Values by subject: what an answer means once it has been read. No behaviour beyond simple arithmetic."""
