package main

import "slices"

// A db is one of the databases: keys and their values.
type db struct {
	keys     dict[object]
	volatile dict[struct{}]       // keys with an expiry
	waiting  map[string][]*waiter // clients that are blocked, by the key, the first one first
	watchers map[string][]*client // clients that watch a key
}

// An object is the value of a key: a string if collection is nil.
type object struct {
	str        []byte
	collection any   // nil, *list, *set, *hash or *sortedSet
	expireAt   int64 // in milliseconds since 1970; 0: never
}

type (
	set  struct{ dict[struct{}] }
	hash struct{ dict[[]byte] }
)

// place is a key of a database.
type place struct {
	db  int
	key string
}

const wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value"

func (o *object) typeName() string {
	switch o.collection.(type) {
	case *list:
		return "list"
	case *set:
		return "set"
	case *hash:
		return "hash"
	case *sortedSet:
		return "zset"
	}
	return "string"
}

func (c *client) db() *db { return &c.server.dbs[c.database] }

// find returns the value of a key, or nil. It is valid until a key is added or removed. A
// value whose time is over is removed.
func (c *client) find(key []byte) *object { return c.findIn(c.database, key) }

func (c *client) findIn(n int, key []byte) *object {
	db := &c.server.dbs[n]
	i := db.keys.find(key)
	if i < 0 {
		return nil
	}
	o := &db.keys.items[i].value
	if o.expireAt != 0 && o.expireAt <= c.server.now {
		db.remove(key)
		return nil
	}
	return o
}

// put returns the value of a key, which it adds if it is new.
func (c *client) put(key []byte) *object {
	if o := c.find(key); o != nil {
		return o
	}
	db := c.db()
	i, _ := db.keys.put(key)
	return &db.keys.items[i].value
}

// remove removes a key, and reports whether it was there.
func (db *db) remove(key []byte) bool {
	i := db.keys.find(key)
	if i < 0 {
		return false
	}
	if db.keys.items[i].value.expireAt != 0 {
		db.volatile.remove(key)
	}
	db.keys.removeAt(i)
	db.changed(key)
	return true
}

// changed must follow every change of the value of a key: the transactions that watch it fail.
func (db *db) changed(key []byte) {
	if len(db.watchers) == 0 {
		return
	}
	for _, c := range db.watchers[string(key)] {
		c.isDirty = true
	}
}

// setExpiry sets when a key ends; 0: never.
func (c *client) setExpiry(key []byte, o *object, at int64) {
	switch {
	case at != 0 && o.expireAt == 0:
		c.db().volatile.put(key)
		c.server.volatile.NotifyOne()
	case at == 0 && o.expireAt != 0:
		c.db().volatile.remove(key)
	}
	o.expireAt = at
}

// clear removes all keys.
func (db *db) clear() {
	for key, clients := range db.watchers {
		if db.keys.has([]byte(key)) {
			for _, c := range clients {
				c.isDirty = true
			}
		}
	}
	db.keys, db.volatile = dict[object]{}, dict[struct{}]{}
}

// str returns the string of a key, or nil when there is none. When the key has a value of
// another type, the reply is an error, and ok is false.
func (c *client) str(key []byte) (o *object, ok bool) {
	o = c.find(key)
	if o != nil && o.collection != nil {
		c.out.fail(wrongType)
		return nil, false
	}
	return o, true
}

// get returns the collection of a key, or nil when there is none. When the key has a value of
// another type, the reply is an error, and ok is false.
func get[T any](c *client, key []byte) (v *T, ok bool) {
	o := c.find(key)
	if o == nil {
		return nil, true
	}
	if v, ok = o.collection.(*T); !ok {
		c.out.fail(wrongType)
	}
	return v, ok
}

// getOrMake is get, and adds an empty collection when there is none.
func getOrMake[T any](c *client, key []byte) (v *T, ok bool) {
	if v, ok = get[T](c, key); v == nil && ok {
		v = new(T)
		c.put(key).collection = v
	}
	return v, ok
}

// shrunk must follow the removal of elements: a collection without any is no value.
func (c *client) shrunk(key []byte, left int) {
	if left == 0 {
		c.db().remove(key)
	} else {
		c.db().changed(key)
	}
}

// forget removes c from a list in a map of lists.
func forget[T comparable](m map[string][]T, key string, v T) {
	left := slices.DeleteFunc(m[key], func(o T) bool { return o == v })
	if m[key] = left; len(left) == 0 {
		delete(m, key)
	}
}
