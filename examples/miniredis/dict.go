package main

// A dict maps keys to values. It keeps them in a slice, so an order exists, and one is
// drawn at random in constant time. The zero dict is empty and ready.
type dict[V any] struct {
	items []item[V]
	index map[string]int // of items; nil while there are few, which are searched one by one
}

type item[V any] struct {
	value V
	key   string
}

// few is how many items need no index.
const few = 8

func (d *dict[V]) len() int { return len(d.items) }

// find returns the place of key in items, or -1.
func (d *dict[V]) find(key []byte) int {
	if d.index != nil {
		if i, ok := d.index[string(key)]; ok {
			return i
		}
		return -1
	}
	for i := range d.items {
		if d.items[i].key == string(key) {
			return i
		}
	}
	return -1
}

func (d *dict[V]) has(key []byte) bool { return d.find(key) >= 0 }

// put returns the place of key, and adds it with a zero value when it is new.
func (d *dict[V]) put(key []byte) (i int, isNew bool) {
	if i := d.find(key); i >= 0 {
		return i, false
	}
	i = len(d.items)
	d.items = append(d.items, item[V]{key: string(key)})
	switch {
	case d.index != nil:
		d.index[d.items[i].key] = i
	case len(d.items) > few:
		d.index = make(map[string]int, 2*few)
		for j := range d.items {
			d.index[d.items[j].key] = j
		}
	}
	return i, true
}

// remove removes key, and reports whether it was there.
func (d *dict[V]) remove(key []byte) bool {
	i := d.find(key)
	if i >= 0 {
		d.removeAt(i)
	}
	return i >= 0
}

// removeAt removes an item. The last one takes its place.
func (d *dict[V]) removeAt(i int) {
	last := len(d.items) - 1
	if d.index != nil {
		delete(d.index, d.items[i].key)
		if i != last {
			d.index[d.items[last].key] = i
		}
	}
	d.items[i] = d.items[last]
	d.items[last] = item[V]{}
	d.items = d.items[:last]
	if last > 64 && last < cap(d.items)/4 {
		d.items = append(make([]item[V], 0, 2*last), d.items...)
	}
}
