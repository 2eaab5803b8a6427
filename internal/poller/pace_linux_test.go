package poller

import "testing"

func TestPaceLooksFirstOnlyWhenAnEventIsLikely(t *testing.T) {
	const long, short = 10 * brief, brief / 2
	count := func(events int, took int64, waits int) (looks, begun int) {
		var p pace
		for range waits {
			n := p.looks()
			looks += n
			if n > 0 {
				begun++
			}
			p.noteWait(events, took) // the looks have found nothing
		}
		return looks, begun
	}
	if looks, _ := count(1, long, 1000); looks != 0 {
		t.Errorf("%d looks although no peer answers at once", looks)
	}
	if looks, begun := count(5, long, 1000); looks != begun || begun < 990 {
		t.Errorf("%d looks in %d waits with several events, want one each", looks, begun)
	}
	if _, begun := count(1, short, 64*spinAgain); begun > 64 {
		t.Errorf("%d of %d waits looked and found nothing", begun, 64*spinAgain)
	}
}

func TestPaceLooksInItsShareOfTheWaitsOfASingleConversation(t *testing.T) {
	var p pace
	p.noteWait(1, brief/2)
	begun := 0
	const waits = 100 * spinEvery
	for range waits {
		if p.looks() > 0 {
			begun++
			p.noteLook(1)
		} else {
			p.noteWait(1, brief/2)
		}
	}
	if begun != waits/spinEvery {
		t.Errorf("%d of %d waits began with looks, want one in %d", begun, waits, spinEvery)
	}
	p.noteWait(1, 2*brief)
	if p.looks() != 0 {
		t.Error("looks after a long wait")
	}
}
