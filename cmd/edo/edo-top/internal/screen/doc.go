// Package screen is what edo top shows, and what its keys do. It has the views of the console's page, for the cells of a
// terminal, from the same frames.
//
//	s := screen.New("127.0.0.1:6070", time.Local)
//	s.Resize(80, 24)
//	s.Take(frame, time.Now())
//	s.Press("enter")
//	lines := s.Lines() // 24, of at most 80 cells each
//
// A Screen knows neither the terminal nor the connection: both are told to it, with the time. So everything that it shows is a
// function of what it was told. One goroutine at a time may use it. Its size is bounded by that of two frames and one task.
package screen
