"""The shell around the pure packages: database, services, pages, API, jobs and commands of the platform."""
