package simulated

// Point reports whether the program goes the rare way at a point of it: the seed decides once in a
// run whether the point is one where that may happen, which is so for one in four, and there it
// happens one time in four. The goroutine of the runtime calls it.
func (d *Driver) Point(at uintptr) bool {
	isOn, isKnown := d.points[at]
	if !isKnown {
		isOn = d.Draw(4) == 3
		if d.points == nil {
			d.points = map[uintptr]bool{}
		}
		d.points[at] = isOn
	}
	return isOn && d.Draw(4) == 3
}
