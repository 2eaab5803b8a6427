package tlsconn

// Unsent returns how many bytes of records the connection below has not taken.
func (c *Conn) Unsent() int {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.link.out == nil {
		return 0
	}
	return len(*c.link.out) - c.link.sent
}
