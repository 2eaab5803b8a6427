package stackless

import (
	"context"

	"github.com/edo-go/edo/stackless/internal/build"
	"github.com/edo-go/edo/stackless/internal/gocmd"
	"github.com/edo-go/edo/stackless/internal/load"
	"github.com/edo-go/edo/stackless/internal/lower"
	"github.com/edo-go/edo/stackless/internal/overlay"
)

// A session is what a command that lowers works with.
type session struct {
	line  *gocmd.Line
	env   *gocmd.Env
	user  map[string]string // the user's own overlay
	cache *overlay.Cache
}

// An overlayError is an overlay of the user that cannot be read.
type overlayError struct{ error }

func newSession(line *gocmd.Line, env *gocmd.Env) (*session, error) {
	s := &session{line: line, env: env}
	if line.Overlay != "" {
		name, err := line.Abs(line.Overlay)
		if err == nil {
			s.user, err = overlay.Read(name, line.Abs)
		}
		if err != nil {
			return nil, overlayError{err}
		}
	}
	var err error
	s.cache, err = overlay.Open()
	return s, err
}

// list finds the packages that the command line names, and those that they import.
func (s *session) list(config load.Config) (*load.Graph, error) {
	config.Flags = append(s.line.List[:len(s.line.List):len(s.line.List)], config.Flags...)
	if config.Overlay == nil {
		config.Overlay = s.user
	}
	return load.List(context.Background(), config, s.line.Packages...)
}

// listWith is list with files replaced, in addition to those of the user's overlay.
func (s *session) listWith(replace map[string]string, config load.Config) (*load.Graph, error) {
	config.Overlay = overlay.Merge(s.user, replace)
	name, err := s.cache.PutOverlay(config.Overlay)
	if err != nil {
		return nil, err
	}
	config.Flags = []string{"-overlay=" + name}
	return s.list(config)
}

// lower lowers the packages of a graph.
func (s *session) lower(graph *load.Graph, newCompiler func(lower.Directives) build.Compiler) (*build.Result, error) {
	identity, err := build.Tool()
	if err != nil {
		return nil, err
	}
	return build.Lower(context.Background(), build.Config{
		Graph: graph, Cache: s.cache, Env: s.env, Tool: identity, NewCompiler: newCompiler,
	})
}
