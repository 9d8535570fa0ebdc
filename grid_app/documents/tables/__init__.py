"""Tables as files: workbooks, CSV, GeoJSON and GeoPackage, written row by row, and workbooks of others filled."""
