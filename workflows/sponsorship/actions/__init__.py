"""A sponsor is asked and promises; finance confirms the line; the team asks for the launch.

Time is in `time_actions`.
"""

from workflows.sponsorship.actions.launch import confirm_budget, name_route, request_launch
from workflows.sponsorship.actions.pledges import (
    ask_sponsor,
    decline_pledge,
    lapse_question,
    promise,
    promised_by_signature,
    take_back_question,
    withdraw_pledge,
)
from workflows.sponsorship.actions.shared import (
    ask_finance,
    ask_services_again,
    budget_item,
    check_seeking,
    close_search_and_launch,
    finance_before_investment,
    launch_item,
    open_launch,
    open_search,
    pledge_item,
    search_item,
)

__all__ = [
    "ask_finance",
    "ask_services_again",
    "ask_sponsor",
    "budget_item",
    "check_seeking",
    "close_search_and_launch",
    "confirm_budget",
    "decline_pledge",
    "finance_before_investment",
    "lapse_question",
    "launch_item",
    "name_route",
    "open_launch",
    "open_search",
    "pledge_item",
    "promise",
    "promised_by_signature",
    "request_launch",
    "search_item",
    "take_back_question",
    "withdraw_pledge",
]
