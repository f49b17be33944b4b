"""What a survey asks: versions, lists to choose from, conditions, and XLSForm in and out."""
