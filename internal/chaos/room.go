package chaos

import "fmt"

// Room checks that at most so many are inside at once: the holders of a lock, or of
// permits.
type Room struct {
	world  *World
	name   string
	size   int
	inside int
}

// Room returns a room for size, which must be empty at the end.
func (w *World) Room(name string, size int) *Room {
	r := &Room{world: w, name: name, size: size}
	w.rooms = append(w.rooms, r)
	return r
}

// Enter counts n more inside.
func (r *Room) Enter(n int) {
	if r.inside += n; r.inside > r.size {
		r.world.Errorf("chaos: %d in %s, which has room for %d", r.inside, r.name, r.size)
	}
}

// Leave counts n less.
func (r *Room) Leave(n int) {
	if r.inside -= n; r.inside < 0 {
		r.world.Errorf("chaos: more have left %s than had entered it", r.name)
	}
}

// Inside returns how many are inside.
func (r *Room) Inside() int { return r.inside }

func (r *Room) check() error {
	if r.inside != 0 {
		return fmt.Errorf("chaos: %d are still in %s", r.inside, r.name)
	}
	return nil
}
