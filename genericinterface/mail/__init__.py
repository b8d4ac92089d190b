"""Mail that goes out: composed for the operations, delivered from the queue."""
