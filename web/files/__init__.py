"""Files that the portal gives: tables without a formula in them, and PDFs."""
