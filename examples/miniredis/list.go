package main

// A list is a ring of elements. The zero list is empty and ready.
type list struct {
	ring  []string // its length is a power of two
	first int      // place of the first element
	n     int
}

func (l *list) len() int { return l.n }

// at returns the place of element i, which may be changed.
func (l *list) at(i int) *string { return &l.ring[(l.first+i)&(len(l.ring)-1)] }

// push adds an element at the left or the right end.
func (l *list) push(left bool, v []byte) {
	if l.n == len(l.ring) {
		l.resize(max(4, 2*l.n))
	}
	if left {
		l.first = (l.first - 1) & (len(l.ring) - 1)
		l.n++
		*l.at(0) = string(v)
		return
	}
	l.n++
	*l.at(l.n - 1) = string(v)
}

// pop removes the element at an end. The list must have one.
func (l *list) pop(left bool) string {
	end := l.at(l.n - 1)
	if left {
		end = l.at(0)
		l.first = (l.first + 1) & (len(l.ring) - 1)
	}
	v := *end
	*end = ""
	l.n--
	if len(l.ring) > 64 && l.n < len(l.ring)/4 {
		l.resize(len(l.ring) / 2)
	}
	return v
}

func (l *list) resize(size int) {
	ring := make([]string, size)
	for i := range l.n {
		ring[i] = *l.at(i)
	}
	l.ring, l.first = ring, 0
}

// keep removes all elements but those from i up to j.
func (l *list) keep(i, j int) {
	for range l.n - j {
		l.pop(false)
	}
	for range i {
		l.pop(true)
	}
}

// remove removes up to count elements that are v, beginning at the left or the right end.
func (l *list) remove(left bool, v []byte, count int) (removed int) {
	kept := list{}
	for l.n > 0 {
		e := l.pop(left)
		if removed < count && e == string(v) {
			removed++
			continue
		}
		kept.push(!left, []byte(e))
	}
	*l = kept
	return removed
}

// insert adds an element before element i.
func (l *list) insert(i int, v []byte) {
	l.push(false, nil)
	for j := l.n - 1; j > i; j-- {
		*l.at(j) = *l.at(j - 1)
	}
	*l.at(i) = string(v)
}
