"""Hooks of the example: what a real suite spends its time on, played by sleeps."""
import time


def before_all(context):
    time.sleep(0.1)  # reads settings, starts a service


def before_feature(context, feature):
    if "database" in feature.tags:
        time.sleep(0.15)  # loads fixtures


def before_scenario(context, scenario):
    time.sleep(0.02)  # logs in
    context.basket = []


def after_scenario(context, scenario):
    time.sleep(0.01)  # logs out
