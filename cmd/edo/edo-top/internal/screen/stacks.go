package screen

import (
	"strings"
	"time"
)

// fewGoroutines is up to how many goroutines the console takes stacks by itself, as docs/console.md says.
const fewGoroutines = 2_000

// stackAnswer is what the console has said of the stacks of the polls that run.
type stackAnswer struct {
	isWanted bool // a key has asked for them, and the console was not asked yet
	isAsked  bool // the console is asked now
	at       time.Time
	text     string // "" before the first answer
}

// lose says why no answer comes.
func (a *stackAnswer) lose(why string) {
	if a.isWanted || a.isAsked {
		*a = stackAnswer{text: "the console cannot be asked: " + why + "; press t to ask again"}
	}
}

// takeStacks shows the stacks of the polls that run, which the console is asked for each time that the key is pressed.
func (s *Screen) takeStacks() {
	if s.top().place.view != stacks {
		s.descend(place{view: stacks})
	}
	switch {
	case s.lost != "":
		s.stacks = stackAnswer{text: "the console cannot be asked: " + s.lost + "; press t to ask again"}
	case !s.stacks.isAsked:
		s.stacks = stackAnswer{isWanted: true}
	}
}

// AskStacks reports whether the console is to be asked for the stacks of the polls that run. Then AnswerStacks must be called.
func (s *Screen) AskStacks() bool {
	if !s.stacks.isWanted {
		return false
	}
	s.stacks = stackAnswer{isAsked: true}
	return true
}

// AnswerStacks is what the console has answered at a time.
func (s *Screen) AnswerStacks(text string, err error, now time.Time) {
	if err != nil {
		text = err.Error()
	}
	if strings.TrimSpace(text) == "" {
		text = "the console has answered nothing"
	}
	s.stacks = stackAnswer{at: now, text: text}
}

const maxStacks = 200 // on the page

// stacksPage are the stacks of the polls that run, as the console has answered.
func (s *Screen) stacksPage() list {
	p := s.newPage("Stacks of the polls that run")
	a := &s.stacks
	if a.text == "" {
		p.say("", "asks the console …")
		return p.list
	}
	if !a.at.IsZero() {
		text := s.clock(a.at) + "; t takes them anew"
		if strings.Contains(a.text, "\n\t") { // a stack, and not why there is none
			text += ". A poll that has just begun may be among them: that which does not return is there each time"
		}
		p.say("taken at", text)
	}
	name := "answer"
	all := strings.Split(strings.TrimSpace(a.text), "\n\n")
	for i, one := range all {
		if i == maxStacks {
			p.say("", "and "+thousands(len(all)-i)+" more")
			break
		}
		p.say(name, one)
		name = ""
	}
	return p.list
}

// takesStacks reports whether what is shown is about polls, whose stacks a key takes.
func (s *Screen) takesStacks() bool {
	at := s.top().place
	return at.view == polls || at.view == poll || at.view == stacks || at.view == finding && strings.HasPrefix(at.id, "poll ")
}
