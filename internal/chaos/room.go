package chaos

import "fmt"

// Room checks that no more may be inside at once than there is room for: the holders
// of a lock, of permits.
type Room struct {
	world  *World
	name   string
	size   int
	inside int
}

// Room returns a room for size, that must be empty at the end.
func (w *World) Room(name string, size int) *Room {
	r := &Room{world: w, name: name, size: size}
	w.rooms = append(w.rooms, r)
	return r
}

// Enter takes the place of n.
func (r *Room) Enter(n int) {
	if r.inside += n; r.inside > r.size {
		r.world.Errorf("chaos: %d in %s, which has room for %d", r.inside, r.name, r.size)
	}
}

// Leave gives it back.
func (r *Room) Leave(n int) {
	if r.inside -= n; r.inside < 0 {
		r.world.Errorf("chaos: more have left %s than had entered it", r.name)
	}
}

// Inside is how much of the room is taken.
func (r *Room) Inside() int { return r.inside }

func (r *Room) check() error {
	if r.inside != 0 {
		return fmt.Errorf("chaos: %d are still in %s", r.inside, r.name)
	}
	return nil
}
