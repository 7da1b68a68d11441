"""All routes of the staff's API."""

from fastapi import APIRouter

from services.scheduler.http_api.appointments import appointment_routes, booking_routes
from services.scheduler.http_api.calendar_feeds import calendar_feed_routes, calendar_routes
from services.scheduler.http_api.clients import client_routes
from services.scheduler.http_api.day import day_routes
from services.scheduler.http_api.dependencies import Wiring
from services.scheduler.http_api.emails import decline_message_routes, email_routes
from services.scheduler.http_api.fhir.routes import fhir_routes
from services.scheduler.http_api.invitations import invitation_routes
from services.scheduler.http_api.live import live_routes
from services.scheduler.http_api.portal import portal_routes
from services.scheduler.http_api.portal_settings import portal_settings_routes
from services.scheduler.http_api.practice import practice_routes
from services.scheduler.http_api.requests import decision_routes, request_routes
from services.scheduler.http_api.services import service_routes
from services.scheduler.http_api.staff import member_routes, schedule_routes


def staff_routes(wiring: Wiring) -> list[APIRouter]:
    """Return the routers, in the order in which the documentation shows them."""
    return [
        day_routes(wiring),
        request_routes(wiring),
        decision_routes(wiring),
        appointment_routes(wiring),
        booking_routes(wiring),
        portal_routes(wiring),
        email_routes(wiring),
        decline_message_routes(wiring),
        live_routes(wiring),
        calendar_feed_routes(wiring),
        calendar_routes(wiring),
        fhir_routes(wiring),
        practice_routes(wiring),
        portal_settings_routes(wiring),
        member_routes(wiring),
        schedule_routes(wiring),
        service_routes(wiring),
        client_routes(wiring),
        invitation_routes(wiring),
    ]
