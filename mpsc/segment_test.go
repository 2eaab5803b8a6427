package mpsc

import (
	"testing"
	"unsafe"
)

// slots returns how many slots c has.
func (c *channel[T]) slots() (n int) {
	for s := c.headSegment; s != nil; s = s.next {
		n += len(s.slots)
	}
	return n
}

func TestIdleChannelHasNoSlots(t *testing.T) {
	tx, rx := New[[64]byte](1024)
	defer tx.Close()
	if n := rx.c.slots(); n != 0 {
		t.Fatalf("%d slots before the first message", n)
	}
	for range 10_000 {
		tx.TrySend([64]byte{})
		rx.TryRecv()
	}
	if n := rx.c.slots(); n != firstSegment {
		t.Fatalf("%d slots for one message at a time, want %d", n, firstSegment)
	}
	for range 10_000 {
		permit, _ := tx.TryReserve()
		permit.Send([64]byte{})
		rx.TryRecv()
	}
	if n := rx.c.slots(); n != firstSegment {
		t.Fatalf("%d slots for one permit at a time, want %d", n, firstSegment)
	}
}

func TestSlotsGrowToTheCapacityAndNoFurther(t *testing.T) {
	for _, c := range []struct{ capacity, slots int }{{1, 1}, {2, 2}, {3, 4}, {5, 8}, {1000, 1024}, {1024, 1024}} {
		tx, rx := New[int](c.capacity)
		for range 3 { // full, and empty again
			for tx.TrySend(1) == nil {
			}
			for {
				if _, err := rx.TryRecv(); err != nil {
					break
				}
			}
		}
		if n := rx.c.slots(); n != c.slots {
			t.Errorf("capacity %d: %d slots, want %d", c.capacity, n, c.slots)
		}
		tx.Close()
	}
}

func TestUnboundedBecomesSmallAgain(t *testing.T) {
	tx, rx := NewUnbounded[int]()
	defer tx.Close()
	for range 2 {
		for i := range 100_000 {
			tx.TrySend(i)
		}
		for range 100_000 {
			rx.TryRecv()
		}
		if n := rx.c.slots(); n > 2*largestUnbounded {
			t.Fatalf("%d slots when empty", n)
		}
	}
}

func TestReceivedSlotsHoldNothing(t *testing.T) {
	tx, rx := New[*int](8)
	defer tx.Close()
	c := &rx.c
	for range 20 {
		for range 5 {
			tx.TrySend(new(int))
		}
		rx.TryRecv()
		if got := c.receiveMany(nil, nil, 4); len(got) != 4 && c.head != c.seen {
			t.Fatalf("a batch of %d, want 4", len(got))
		}
	}
	for s := c.headSegment; s != nil; s = s.next {
		for i, p := range s.slots {
			if p != nil {
				t.Fatalf("slot %d of %d keeps a message that was received", i, len(s.slots))
			}
		}
	}
}

func TestReceiverHasACacheLineOfItsOwn(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("laid out for 64 bits")
	}
	var c channel[int]
	if o := unsafe.Offsetof(c.consumed); o%64 != 0 {
		t.Errorf("the receiver's part begins at %d", o)
	}
	if n := unsafe.Sizeof(c); n > 192 {
		t.Errorf("a channel has %d bytes, want at most 192", n)
	}
	if n := unsafe.Sizeof(Sender[int]{}); n > 48 {
		t.Errorf("a handle has %d bytes, want at most 48", n)
	}
}
