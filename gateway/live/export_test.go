package live

// Pumping says whether the peer's socket takes no more at the moment.
func (p *Peer) Pumping() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pumping
}
