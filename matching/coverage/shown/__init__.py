"""What people see of the numbers: tables, the lists behind them, the picture, files and pages."""
