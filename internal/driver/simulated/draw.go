package simulated

// Draw returns a number from 0 to n-1 that the seed decides, for a fault of the network.
func (d *Driver) Draw(n int) int { return d.draw(n) }
