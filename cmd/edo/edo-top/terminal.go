package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/screen"
	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/console"
)

// show shows the program until a key or ctx ends it. The first frame comes before the terminal is touched: so what is wrong with
// the address or the token is an error as of any command.
func show(ctx context.Context, client *remote.Client, out io.Writer) error {
	following, end := context.WithCancel(ctx)
	defer end()
	msgs := make(chan any)
	go follow(following, client, usual, func(msg any) {
		select {
		case msgs <- msg:
		case <-following.Done():
		}
	})
	address := strings.TrimSuffix(strings.TrimPrefix(client.Base(), "http://"), "/")
	t := &terminal{ctx: following, client: client, screen: screen.New(address, time.Local)}
	select {
	case msg := <-msgs:
		if lost, ok := msg.(connectionLost); ok {
			return lost.err
		}
		t.tell(msg)
	case <-ctx.Done():
		return nil
	}
	p := tea.NewProgram(t, tea.WithOutput(out), tea.WithoutSignalHandler())
	go func() {
		for {
			select {
			case msg := <-msgs:
				p.Send(msg)
			case <-following.Done():
				p.Quit() // a signal; or it has ended already
				return
			}
		}
	}()
	_, err := p.Run()
	if ctx.Err() != nil {
		return nil // the terminal may be gone
	}
	if err != nil {
		return fmt.Errorf("the terminal: %w; --once needs none", err)
	}
	return nil
}

// terminal is the model of bubbletea: it tells the screen what happens, and hands on what that shows.
type terminal struct {
	ctx    context.Context
	client *remote.Client
	screen *screen.Screen
}

// tick is a second that has passed.
type tick struct{ now time.Time }

// taskCame is what the console has answered about a task.
type taskCame struct {
	ref  uint64
	task *console.Task
	err  error
}

// stacksCame is what the console has answered about the polls that run.
type stacksCame struct {
	text string
	err  error
}

func nextTick() tea.Cmd {
	return tea.Tick(time.Second, func(now time.Time) tea.Msg { return tick{now} })
}

// Init begins the seconds.
func (t *terminal) Init() tea.Cmd { return nextTick() }

// Update tells the screen what has happened.
func (t *terminal) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var then tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		t.screen.Resize(msg.Width, msg.Height)
	case tea.PasteMsg:
		t.screen.Paste(msg.Content)
	case tea.KeyPressMsg:
		switch t.screen.Press(msg.String(), msg.Text) {
		case screen.Quit:
			return t, tea.Quit
		case screen.Suspend:
			return t, tea.Suspend
		}
	case tick:
		t.screen.Tick(msg.now)
		then = nextTick()
	default:
		t.tell(msg)
	}
	if ref, ok := t.screen.Ask(); ok {
		then = tea.Batch(then, t.ask(ref))
	}
	if t.screen.AskStacks() {
		then = tea.Batch(then, t.askStacks)
	}
	return t, then
}

// tell tells the screen what has come from the console.
func (t *terminal) tell(msg any) {
	switch msg := msg.(type) {
	case frameCame:
		t.screen.Take(msg.frame, time.Now())
	case connectionLost:
		t.screen.Lose(msg.err, time.Now())
	case taskCame:
		t.screen.Answer(msg.ref, msg.task, msg.err)
	case stacksCame:
		t.screen.AnswerStacks(msg.text, msg.err, time.Now())
	}
}

// patience is how long the console may take for a task. No other one is asked for meanwhile.
const patience = 10 * time.Second

// ask asks the console for a task.
func (t *terminal) ask(ref uint64) tea.Cmd {
	return func() tea.Msg {
		ctx, end := context.WithTimeout(t.ctx, patience)
		defer end()
		v, err := t.client.Task(ctx, ref)
		return taskCame{ref, v, err}
	}
}

// askStacks asks the console for the stacks of the polls that run.
func (t *terminal) askStacks() tea.Msg {
	ctx, end := context.WithTimeout(t.ctx, patience)
	defer end()
	text, err := t.client.Stacks(ctx)
	return stacksCame{text, err}
}

// View returns what the screen shows.
func (t *terminal) View() tea.View {
	v := tea.NewView(strings.Join(t.screen.Lines(), "\n"))
	v.AltScreen = true
	return v
}
