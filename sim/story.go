package sim

import (
	"fmt"
	"os"

	"github.com/edo-go/edo/sim/story"
)

// tellStory gives a simulation a log when the environment asks for its story. The function writes
// it, when the simulation has ended.
func (c *Config) tellStory() (tell func()) {
	c.Story = c.log()
	name := os.Getenv(story.FileVariable)
	if name == "" {
		return func() {}
	}
	if c.Story == nil {
		c.Story = &story.Log{}
	}
	log := c.Story
	return func() {
		if err := log.WriteFile(name); err != nil {
			fmt.Fprintf(os.Stderr, "sim: the story of the simulation: %v\n", err)
		}
	}
}
