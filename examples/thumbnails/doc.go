// Thumbnails makes small pictures of large ones, with several processes, of which one is killed and
// others are added while they work.
//
//	go run ./examples/thumbnails                          makes 240 pictures, and their thumbnails
//	go run ./examples/thumbnails -from photos -to small   of the JPEG and PNG files in a folder
//
// The first process has a broker, publishes a job for each picture, and shows how far they are. The
// others take jobs from the queue: each is done by one of them, and again by another one if that one
// dies. What they have done they say in a second queue. In the end every picture has its thumbnail.
//
// It ends by itself; Ctrl-C ends it early, in order.
package main
