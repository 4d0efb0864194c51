// What every page gets where scripts run; each page works without.
