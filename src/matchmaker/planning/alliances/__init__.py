"""One need: achievements that cover its parts between them, and the sheet to sit down with."""
