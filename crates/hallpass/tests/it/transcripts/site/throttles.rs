//! Views under throttles, whose clock the recording sets.

use hallpass::{
    AnonRateThrottle, ApiView, GuardedRouter, IsAuthenticated, Limit, Rate, RequestContext,
    ScopedRateThrottle, UserRateThrottle,
};

use super::api::get_only;
use super::open;

/// What time the throttles believe it is, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Clock(pub(crate) f64);

fn recorded(request: &RequestContext<'_>) -> f64 {
    let Clock(now) = *request.extensions().get().unwrap();
    now
}

pub(super) fn anon_two_per_minute() -> AnonRateThrottle {
    let throttle = AnonRateThrottle::new().scope("two-per-minute");
    throttle.rate(Rate::per_minute(2)).clock(recorded)
}

fn user(scope: &'static str, rate: Rate) -> Limit {
    let throttle = UserRateThrottle::new().scope(scope);
    throttle.rate(rate).clock(recorded).into()
}

fn scoped() -> Limit {
    ScopedRateThrottle::new().clock(recorded).into()
}

fn view(name: &str) -> ApiView {
    open(ApiView::new(name).get(get_only).post(get_only))
}

pub(super) fn routes(router: GuardedRouter) -> GuardedRouter {
    let burst = user("burst", Rate::per_minute(2));
    let sustained = user("sustained", Rate::per_hour(3));
    let zero = || user("zero", Rate::per_minute(0));
    router
        .route(
            "/api/th/anon/",
            view("Th Anon").throttles([anon_two_per_minute()]),
        )
        .route(
            "/api/th/user/",
            view("Th User").throttles([user("user", Rate::per_hour(3))]),
        )
        .route(
            "/api/th/sec/",
            view("Th Sec").throttles([user("sec", Rate::per_second(1))]),
        )
        .route("/api/th/zero/", view("Th Zero").throttles([zero()]))
        .route("/api/th/two/", view("Th Two").throttles([burst, sustained]))
        .route(
            "/api/th/order/",
            view("Th Order")
                .permissions([IsAuthenticated])
                .throttles([zero()]),
        )
        .route(
            "/api/th/noscope/",
            view("Th No Scope").throttles([scoped()]),
        )
        .route("/api/th/a/", in_scope("Th A", "a"))
        .route("/api/th/a2/", in_scope("Th A2", "a"))
        .route("/api/th/b/", in_scope("Th B", "b"))
        .route("/api/th/unlimited/", in_scope("Th Unlimited", "unlimited"))
}

fn in_scope(name: &str, scope: &str) -> ApiView {
    view(name).throttles([scoped()]).throttle_scope(scope)
}
