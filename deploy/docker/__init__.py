"""The platform in containers: its image, and the jobs that come before and after its processes."""
