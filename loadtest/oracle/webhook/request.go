package webhook

import "partyline/protocol"

// Request is one request as an endpoint saw it. Times are nanoseconds since 1970.
type Request struct {
	// Endpoint counts from 1.
	Endpoint int `json:"endpoint"`
	// Epoch, Hook and Delivery are read from the webhook-id header.
	Epoch    protocol.Epoch      `json:"epoch"`
	Hook     protocol.WebhookID  `json:"hook"`
	Delivery protocol.DeliveryID `json:"delivery"`
	// Ping says that it is a probe and no delivery.
	Ping       bool `json:"ping,omitempty"`
	Redelivery bool `json:"redelivery,omitempty"`
	// Key is the event's, see KeyOf.
	Key Key `json:"key"`
	// Began is when the request had come in, Ended when the answer was about to leave
	// or, where there was none, when the connection was over; 0 when it never was.
	Began int64 `json:"began"`
	Ended int64 `json:"ended"`
	// Status is what was answered, 0 for nothing that could be taken as an answer.
	Status int `json:"status"`
	// Wrong says what is wrong with the request itself, empty for a good one.
	Wrong string `json:"wrong,omitempty"`
}

// Accepted says whether the endpoint has taken the delivery.
func (s *Request) Accepted() bool { return s.Status/100 == 2 && !s.Ping }

// refused says whether it blamed the message.
func (s *Request) refused() bool { return s.Status == 400 || s.Status == 422 }
