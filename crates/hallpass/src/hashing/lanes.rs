//! Who waits for a thread: a lane for each client, served in turn.
//!
//! One client that floods fills its own lane and no other. While there is room everybody waits; when there is none the
//! newest job of the longest lane has to go, so that whoever comes with a first job is let in as long as anybody has two
//! more than that. Where all lanes are equally short, the newcomer is refused.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};

/// Whom a job is done for. All whose address is unknown are one client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Client(Option<IpAddr>);

impl Client {
    /// The one at this address. Whoever has one IPv6 address has all that share its first 64 bits.
    pub(crate) fn at(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => {
                Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
            }
        }))
    }
}

/// Jobs that wait. Each has a ticket, and later ones have higher tickets.
pub(super) struct Lanes<J> {
    /// None of them is empty; the oldest job of each is its first.
    lanes: HashMap<Client, VecDeque<(u64, J)>>,
    /// Every client that has a lane, the next one first.
    turns: VecDeque<Client>,
    waiting: usize,
    room: usize,
    tickets: u64,
}

impl<J> Lanes<J> {
    /// Room for so many jobs, however many clients they are of.
    pub(super) fn new(room: usize) -> Self {
        Self {
            lanes: HashMap::new(),
            turns: VecDeque::new(),
            waiting: 0,
            room: room.max(1),
            tickets: 0,
        }
    }

    /// Lets a job in under the ticket that is returned; also returned is the job for which there is no room, which may
    /// be the same one.
    pub(super) fn enter(&mut self, client: Client, job: J) -> (u64, Option<J>) {
        self.tickets += 1;
        let mut refused = None;
        if self.waiting >= self.room {
            let Some(longest) = self.much_longer_than(client) else {
                return (self.tickets, Some(job));
            };
            refused = self.take_newest_of(longest);
        }
        let lane = self.lanes.entry(client).or_insert_with(|| {
            self.turns.push_back(client);
            VecDeque::new()
        });
        lane.push_back((self.tickets, job));
        self.waiting += 1;
        (self.tickets, refused)
    }

    /// The job that [`take`](Self::take) would take.
    pub(super) fn next(&self) -> Option<&J> {
        let lane = self.lanes.get(self.turns.front()?)?;
        lane.front().map(|(_, job)| job)
    }

    /// The next job: the oldest of the client whose turn it is.
    pub(super) fn take(&mut self) -> Option<J> {
        let client = self.turns.pop_front()?;
        let lane = self.lanes.get_mut(&client)?;
        let (_, job) = lane.pop_front()?;
        self.waiting -= 1;
        if lane.is_empty() {
            self.lanes.remove(&client);
        } else {
            self.turns.push_back(client);
        }
        Some(job)
    }

    /// Takes a job out that nobody waits for any more, if it has not had its turn.
    pub(super) fn leave(&mut self, client: Client, ticket: u64) -> Option<J> {
        let lane = self.lanes.get_mut(&client)?;
        let place = lane.binary_search_by_key(&ticket, |(number, _)| *number);
        let (_, job) = lane.remove(place.ok()?)?;
        self.shortened(client);
        Some(job)
    }

    /// The longest lane, unless the client's own would be as long with one more job.
    fn much_longer_than(&self, client: Client) -> Option<Client> {
        let own = self.lanes.get(&client).map_or(0, VecDeque::len);
        let (longest, lane) = self.lanes.iter().max_by_key(|(_, lane)| lane.len())?;
        (lane.len() > own + 1).then_some(*longest)
    }

    fn take_newest_of(&mut self, client: Client) -> Option<J> {
        let (_, job) = self.lanes.get_mut(&client)?.pop_back()?;
        self.shortened(client);
        Some(job)
    }

    fn shortened(&mut self, client: Client) {
        self.waiting -= 1;
        if self.lanes.get(&client).is_some_and(VecDeque::is_empty) {
            self.lanes.remove(&client);
            self.turns.retain(|other| *other != client);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(number: u8) -> Client {
        Client::at(IpAddr::from([192, 0, 2, number]))
    }

    fn rest(lanes: &mut Lanes<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| lanes.take()).collect()
    }

    #[test]
    fn clients_are_served_in_turn_and_each_in_its_own_order() {
        let mut lanes = Lanes::new(10);
        for job in ["a1", "a2", "a3", "a4"] {
            assert_eq!(lanes.enter(client(1), job).1, None);
        }
        assert_eq!(lanes.next(), Some(&"a1"));
        assert_eq!(lanes.take(), Some("a1"));
        lanes.enter(client(2), "b1");
        lanes.enter(Client::default(), "c1");
        lanes.enter(client(2), "b2");
        assert_eq!(rest(&mut lanes), ["a2", "b1", "c1", "a3", "b2", "a4"]);
        assert_eq!((lanes.waiting, lanes.next()), (0, None));
    }

    #[test]
    fn a_full_queue_refuses_the_newest_of_the_longest_lane() {
        let mut lanes = Lanes::new(3);
        for job in ["a1", "a2", "a3"] {
            lanes.enter(client(1), job);
        }
        assert_eq!(lanes.enter(client(1), "a4").1, Some("a4"));
        assert_eq!(lanes.enter(client(2), "b1").1, Some("a3"));
        // Two and one: whoever takes a place from two would have as many.
        assert_eq!(lanes.enter(client(2), "b2").1, Some("b2"));
        assert_eq!(lanes.enter(client(3), "c1").1, Some("a2"));
        // One each: there is nobody to take a place from.
        assert_eq!(lanes.enter(client(4), "d1").1, Some("d1"));
        assert_eq!(rest(&mut lanes), ["a1", "b1", "c1"]);
    }

    #[test]
    fn who_leaves_makes_room_and_loses_the_turn() {
        let mut lanes = Lanes::new(2);
        let (first, _) = lanes.enter(client(1), "a1");
        lanes.enter(client(2), "b1");
        assert_eq!(lanes.leave(client(2), first), None);
        assert_eq!(lanes.leave(client(1), first), Some("a1"));
        assert_eq!(lanes.leave(client(1), first), None);
        assert_eq!(lanes.enter(client(1), "a2").1, None);
        assert_eq!(rest(&mut lanes), ["b1", "a2"]);
        assert!(lanes.lanes.is_empty() && lanes.turns.is_empty());
    }

    #[test]
    fn one_who_has_many_addresses_has_one_lane() {
        let at = |text: &str| Client::at(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1:2:3"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), client(1));
        assert_ne!(client(1), client(2));
    }
}
