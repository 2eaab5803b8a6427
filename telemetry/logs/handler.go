package logs

import (
	"context"
	"log/slog"
	"slices"
)

// Options change what [NewHandler] returns.
type Options struct {
	Key string // of the group; "" means "task"
}

// NewHandler returns a handler that adds the attributes of the task to each record that is logged within
// one, and passes it on to next: see the package. opts may be nil. Any goroutine may use it, as next.
func NewHandler(next slog.Handler, opts *Options) slog.Handler {
	h := &handler{base: next, whole: next, key: "task"}
	if opts != nil && opts.Key != "" {
		h.key = opts.Key
	}
	return h
}

// handler adds the attributes of tasks. They belong beside the groups that were opened, and not into
// them; but what was given to a slog.Handler goes into its open group. So a record within a task is made
// anew when groups are open: with a group as an attribute for each.
type handler struct {
	key    string
	base   slog.Handler // has the attributes from before the first group
	groups []group      // that are open, the outermost first
	whole  slog.Handler // has the groups and all attributes: for records of no task
}

// group is one that Logger.WithGroup has opened.
type group struct {
	name  string
	attrs []slog.Attr
}

// Enabled asks the next handler.
func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.base.Enabled(ctx, level)
}

// WithAttrs adds attributes to the innermost open group.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	n := *h
	n.whole = h.whole.WithAttrs(attrs)
	if len(h.groups) == 0 {
		n.base = n.whole
		return &n
	}
	n.groups = slices.Clone(h.groups)
	last := &n.groups[len(n.groups)-1]
	last.attrs = slices.Concat(last.attrs, attrs)
	return &n
}

// WithGroup opens a group.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	n := *h
	n.whole = h.whole.WithGroup(name)
	n.groups = append(slices.Clone(h.groups), group{name: name})
	return &n
}

// Handle passes r on, with the attributes of the task.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	at, ok := taskAt(ctx)
	if !ok {
		return h.whole.Handle(ctx, r)
	}
	task := slog.Attr{Key: h.key, Value: at.value()}
	if len(h.groups) == 0 {
		r = r.Clone()
		r.AddAttrs(task)
		return h.base.Handle(ctx, r)
	}
	inner := make([]slog.Attr, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		inner = append(inner, a)
		return true
	})
	for _, g := range slices.Backward(h.groups) {
		inner = []slog.Attr{{Key: g.name, Value: slog.GroupValue(slices.Concat(g.attrs, inner)...)}}
	}
	nested := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	nested.AddAttrs(inner...)
	nested.AddAttrs(task)
	return h.base.Handle(ctx, nested)
}
