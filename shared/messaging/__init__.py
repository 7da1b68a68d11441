"""RabbitMQ: one place for topology, one for publishing, one for ack decisions."""
